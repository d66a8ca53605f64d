"""A ClickHouse engine on this machine: chDB behind ClickHouse's HTTP interface."""
