"""Time policypages against its peers on one logical site, after checking that all say the same."""
