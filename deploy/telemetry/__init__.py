"""What SREs see: objectives, rules, dashboards, and the checks that hold them together. See README.md."""
