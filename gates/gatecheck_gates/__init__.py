"""The gates, one module each; they register by the same entry points as a third party's."""
