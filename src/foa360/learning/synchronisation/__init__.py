"""The fused network that tells aligned from shifted audio (Owens and Efros 2018)."""
