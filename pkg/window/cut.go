package window

// Part is a piece of a longer stretch, in samples from the stretch's start.
type Part struct {
	// From and To bound the samples that the piece shows.
	From, To int
	// CoreFrom and CoreTo bound those that it answers for.
	CoreFrom, CoreTo int
}

// Cut divides n samples into overlapping pieces whose cores partition them.
// Pieces are length samples long and follow each other at length-overlap; a
// core leaves out half the overlap on either side, except at the stretch's
// ends. The last piece ends with the stretch; it begins where its turn is, or
// earlier so that it has SegmentSamples if the stretch has. A stretch no
// longer than length is one piece. Overlap must be from 1 to length/2.
func Cut(n, length, overlap int) []Part {
	var parts []Part
	for from, core := 0, 0; core < n; {
		part := Part{From: from, To: from + length, CoreFrom: core, CoreTo: from + length - overlap/2}
		if part.To >= n {
			part.To, part.CoreTo = n, n
			part.From = tailStart(from, n)
		}
		parts = append(parts, part)
		from, core = from+length-overlap, part.CoreTo
	}
	return parts
}

// tailStart is where the last window of a stretch of n samples begins, whose
// turn is at from.
func tailStart(from, n int) int {
	return max(0, min(from, n-SegmentSamples))
}
