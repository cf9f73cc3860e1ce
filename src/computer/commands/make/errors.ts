/** What stops make, and where it stood. */

/** A place in a makefile; lines count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Ends make with exit code 2 and `make: *** text.  Stop.`, or `Makefile:3: *** text.  Stop.` where it has a place. */
export class MakeError extends Error {
  readonly place: Place | null;

  constructor(message: string, place: Place | null = null) {
    super(message);
    this.place = place;
  }
}

export const placeText = ({ file, line }: Place): string => `${file}:${line}`;
