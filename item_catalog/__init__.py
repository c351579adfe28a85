"""互认项目目录: the catalog of mutually recognized items, as pure data and lookups."""
