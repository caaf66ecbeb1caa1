package influx

import (
	"fmt"
	"strings"
)

// Rejected is a point that the server, or line protocol, will never take.
type Rejected struct {
	// Name says which: "event 7f…" or "window REC/0/3".
	Name string
	// Index is the position in the slice that was to be written.
	Index int
	// Reason is the server's answer.
	Reason string
}

// RejectedError lists the points of a write that were refused for good, among
// them those of a partial write. All others are stored.
type RejectedError struct{ Points []Rejected }

func (e *RejectedError) Error() string {
	parts := make([]string, len(e.Points))
	for i, p := range e.Points {
		parts[i] = p.Name + ": " + p.Reason
	}
	return fmt.Sprintf("InfluxDB refused %d point(s): %s; older events than influx.retention are refused (0s keeps for ever; then run `holter init` or start `holter up` again); check also that nothing else writes to the bucket",
		len(e.Points), strings.Join(parts, "; "))
}

// each turns the indices of points into those of what they are parts of, and
// leaves one rejection for each.
func (e *RejectedError) each(of []int) *RejectedError {
	out := &RejectedError{}
	seen := make(map[int]bool)
	for _, p := range e.Points {
		if p.Index = of[p.Index]; !seen[p.Index] {
			seen[p.Index] = true
			out.Points = append(out.Points, p)
		}
	}
	return out
}
