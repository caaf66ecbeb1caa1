package rhythm

import (
	"fmt"
	"time"
)

// Kind is the kind of a pattern.
type Kind int

// The kinds, see the package's definitions.
const (
	Single Kind = iota
	Couplet
	Triplet
	Run
	Bigeminy
	Trigeminy
)

// Kinds are all of them.
var Kinds = []Kind{Single, Couplet, Triplet, Run, Bigeminy, Trigeminy}

var names = []string{"single", "couplet", "triplet", "run", "bigeminy", "trigeminy"}

func (k Kind) String() string {
	if k < 0 || int(k) >= len(names) {
		return fmt.Sprintf("Kind(%d)", int(k))
	}
	return names[k]
}

// ParseKind is the kind of the name.
func ParseKind(name string) (Kind, bool) {
	for i, n := range names {
		if n == name {
			return Kind(i), true
		}
	}
	return 0, false
}

// Pattern is what some beats of a kind, next to each other, make.
type Pattern struct {
	Kind Kind
	// From and To are the times of the first and the last beat.
	From, To time.Time
	// Beats of the kind in it; the others of a bigeminy do not count.
	Beats int
	// Rate is the mean rate between From and To in beats per minute, of all
	// beats: in a bigeminy also of the others. 0 for a single beat.
	Rate float64
}

// Lasts is the time from the first beat to the last.
func (p Pattern) Lasts() time.Duration { return p.To.Sub(p.From) }

const (
	tachycardia = 100 // beats per minute
	sustained   = 30 * time.Second
)

// Tachycardia tells whether a pattern of ventricular beats is a ventricular
// tachycardia.
type Tachycardia int

// What a pattern may be.
const (
	None         Tachycardia = iota
	NonSustained             // shorter than 30 s
	Sustained
)

func (t Tachycardia) String() string {
	return [...]string{"none", "non-sustained", "sustained"}[t]
}

// Tachycardia is what the pattern is if its beats are ventricular.
func (p Pattern) Tachycardia() Tachycardia {
	switch {
	case p.Kind != Triplet && p.Kind != Run || p.Rate <= tachycardia:
		return None
	case p.Lasts() >= sustained:
		return Sustained
	default:
		return NonSustained
	}
}

// Tally is how often the patterns occur.
type Tally struct {
	Patterns map[Kind]int // how many of each kind
	Beats    map[Kind]int // and the beats in them
	// Tachycardias are triplets and runs faster than 100/min by what they are.
	Tachycardias map[Tachycardia]int
	// Longest (most beats) and Fastest are of triplets and runs; the zero Pattern
	// when there is none.
	Longest, Fastest Pattern
}

// Count tallies patterns.
func Count(patterns []Pattern) Tally {
	t := Tally{Patterns: map[Kind]int{}, Beats: map[Kind]int{}, Tachycardias: map[Tachycardia]int{}}
	for _, p := range patterns {
		t.Patterns[p.Kind]++
		t.Beats[p.Kind] += p.Beats
		if p.Kind != Triplet && p.Kind != Run {
			continue
		}
		if vt := p.Tachycardia(); vt != None {
			t.Tachycardias[vt]++
		}
		if p.Beats > t.Longest.Beats {
			t.Longest = p
		}
		if p.Rate > t.Fastest.Rate {
			t.Fastest = p
		}
	}
	return t
}
