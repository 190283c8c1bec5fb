"""Stage `synchronise_pool`: figures of synchronisation over seeds."""
