"""No-show reports and issues: what somebody says against a lesson, and what became of it."""
