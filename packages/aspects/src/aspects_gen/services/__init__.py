"""Services: the contract, and finding who fulfils it."""
