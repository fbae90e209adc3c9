/** How long a side of a picture may be: that of an A0 sheet at 600 dpi. More is made to fill a viewer's memory. */
export const sidePixelsMax = 30_000;
