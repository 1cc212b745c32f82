"""Two steps to a dangerous act: a preview, and its proof. Source: AD-7, MC-6."""
