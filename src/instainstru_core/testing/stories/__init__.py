"""What the stories of contracts are told with: acts and figures that several of them share."""
