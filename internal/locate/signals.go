package locate

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"path/filepath"

	"github.com/holterd/holter/pkg/window"
)

// RandomLead is the choice of leads that leaves one of the present leads out, at
// random.
const RandomLead = "random"

// Signals cuts the stretches that tests are about out of their records.
type Signals struct {
	Folder *Folder
	// Leads are all that is shown: RandomLead, or what ecg.SelectLeads takes.
	Leads string
	// Seed of RandomLead. Which lead is left out depends on nothing but the seed,
	// the record's name and the stretch's bounds.
	Seed uint64

	kept *records
}

// find finds the record of a stretch.
func (s *Signals) find(test Test, stretch Stretch) (string, error) {
	return s.Folder.Find(stretch.Path, test.Dataset)
}

// Clips cuts out what a test is about.
func (s *Signals) Clips(test Test) ([]*window.Clip, error) {
	var clips []*window.Clip
	for _, stretch := range test.ECGs {
		path, err := s.find(test, stretch)
		if err != nil {
			return nil, err
		}
		clip, err := s.cut(path, stretch)
		if err != nil {
			return nil, err
		}
		clips = append(clips, clip)
	}
	return clips, nil
}

func (s *Signals) cut(path string, stretch Stretch) (*window.Clip, error) {
	if s.kept == nil {
		leads := s.Leads
		if leads == RandomLead {
			leads = "all"
		}
		s.kept = newRecords(leads)
	}
	record, err := s.kept.get(path)
	if err != nil {
		return nil, err
	}
	clip, err := record.cut(stretch.Start, stretch.End)
	if err == nil && s.Leads == RandomLead {
		err = mask(clip, s.draw(path, stretch))
	}
	if err != nil {
		return nil, fmt.Errorf("record %s: %w", stretch.Path, err)
	}
	return clip, nil
}

// draw gives the random numbers of a stretch.
func (s *Signals) draw(path string, stretch Stretch) *rand.Rand {
	hash := fnv.New64a()
	_, _ = fmt.Fprint(hash, filepath.Base(path), " ", stretch.Start, " ", stretch.End)
	return rand.New(rand.NewPCG(s.Seed, hash.Sum64()))
}

// mask leaves out one of the leads that are present.
func mask(clip *window.Clip, random *rand.Rand) error {
	var slots []int
	for slot, lead := range clip {
		if lead != nil {
			slots = append(slots, slot)
		}
	}
	if len(slots) < 2 {
		return errors.New("it has one lead only, which cannot be left out: choose other --leads than random")
	}
	clip[slots[random.IntN(len(slots))]] = nil
	return nil
}
