"""What every other part stands on: tables, reasons, files, jobs, digests."""
