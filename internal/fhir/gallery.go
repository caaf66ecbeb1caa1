package fhir

import (
	"slices"
	"sort"
	"time"

	"github.com/holterd/holter/internal/archive"
)

// gallery chooses the strips. What is close together shares one.
type gallery struct {
	study *Study
	of    map[*archive.Stretch][]strip // by their beginning
}

func newGallery(s *Study) *gallery {
	g := &gallery{s, make(map[*archive.Stretch][]strip)}
	if s.Show == ShowAll {
		for _, of := range s.Stretches {
			g.of[of] = pieces(of)
		}
	}
	return g
}

// show gives the URN of the strip that shows the beginning of something, or "" where
// there is no signal. Without a recording any of the device will do.
func (g *gallery) show(device, recording string, from, to time.Time) string {
	i := slices.IndexFunc(g.study.Stretches, func(of *archive.Stretch) bool {
		return of.Device == device && (of.Recording == recording || recording == "") && of.End().After(from) && of.Start().Before(to)
	})
	if i < 0 {
		return ""
	}
	of := g.study.Stretches[i]
	strips := g.of[of]
	at := sort.Search(len(strips), func(i int) bool { return strips[i].start().After(from) })
	if at > 0 && (g.study.Show == ShowAll || strips[at-1].shows(from, to)) {
		return g.study.stripURN(strips[at-1])
	}
	if g.study.Show == ShowAll { // it begins before the signal
		return g.study.stripURN(strips[0])
	}
	t := around(of, from, to)
	at = sort.Search(len(strips), func(i int) bool { return strips[i].from >= t.from })
	if at == len(strips) || strips[at] != t {
		g.of[of] = slices.Insert(strips, at, t)
	}
	return g.study.stripURN(t)
}

// strips are all of them, in order.
func (g *gallery) strips() []strip {
	var all []strip
	for _, of := range g.study.Stretches {
		all = append(all, g.of[of]...)
	}
	return all
}

func (s *Study) stripURN(t strip) string {
	return s.urn("strip", t.of.Device, t.of.Recording, instant(t.start()), instant(t.end()))
}
