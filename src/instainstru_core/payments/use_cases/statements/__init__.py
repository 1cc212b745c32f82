"""Statements for students and instructors."""
