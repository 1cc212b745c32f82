"""Receipts and statements as people print and file them: pages, PDF and CSV."""
