"""What operators decide about payments that a person must look into."""
