"""Stage `report`: one page that shows what came out."""
