"""ServiceNow's CMDB as a register: classes and columns of configuration items, relations, schedules."""
