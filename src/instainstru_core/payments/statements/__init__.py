"""What students and instructors can read, print and file of their money, out of the books."""
