"""The room of spreadsheets: any clerk's file into cells, and plain descriptions into workbooks that print well."""
