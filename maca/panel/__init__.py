"""The meeting: who introduced each case, who spoke, and the findings agreed under the headings."""
