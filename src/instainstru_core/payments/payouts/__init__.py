"""What instructors' accounts pay out to banks, and what keeps transfers back."""
