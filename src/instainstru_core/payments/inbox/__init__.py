"""The ledger of webhooks: what the processor told us, kept before it is acted on."""
