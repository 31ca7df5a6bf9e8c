"""The room of the printed page: fonts, designs in millimetres, text set in boxes, PDF drawn by ReportLab."""
