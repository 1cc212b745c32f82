"""What is done with debts."""
