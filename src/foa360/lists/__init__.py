"""The one reader of lists: of clips, of videos, of ids. See docs/lists.md."""
