package api

import (
	"errors"
	"io/fs"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/console/web"
	"github.com/holterd/holter/internal/console/wire"
	"github.com/holterd/holter/pkg/ecg"
)

const (
	longestSignal = 24 * time.Hour
	usualPoints   = 4000
	mostPoints    = 600_000 // ten minutes at 1000 Hz
)

// signalAnswer is the answer of /signal.
type signalAnswer struct {
	Stretches []wire.Stretch `json:"stretches"`
	Envelope  bool           `json:"envelope"`
}

func (a *api) signal(w http.ResponseWriter, r *http.Request) error {
	patient, err := patientOf(r)
	if err != nil {
		return err
	}
	from, to, err := period(r, time.Time{}, time.Time{}, longestSignal)
	if err != nil {
		return err
	}
	points, err := number(r, "points", usualPoints, 100, mostPoints)
	if err != nil {
		return err
	}
	stretches, err := a.Archive.Read(patient, from, to)
	if err != nil {
		return err
	}
	answer, err := draw(stretches, list(r, "leads"), points)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil // swept meanwhile
	}
	switch {
	case err != nil:
		return err
	case len(answer.Stretches) == 0:
		return web.NotFound("ask for another time or lead; archive.retention says how long signal is kept",
			"the archive has no such signal of patient %s from %s to %s", patient, from.Format(wire.Layout), to.Format(wire.Layout))
	}
	return web.JSON(w, http.StatusOK, answer)
}

// draw reads stretches: every sample, or where there are more than points of
// each lead, the lowest and the highest of each of points/2 parts of the time.
func draw(stretches []*archive.Stretch, leads []string, points int) (signalAnswer, error) {
	answer := signalAnswer{Stretches: []wire.Stretch{}}
	total, seconds := 0, 0.
	for _, s := range stretches {
		total += s.Len()
		seconds += float64(s.Len()) / s.Rate
	}
	answer.Envelope = total > points
	for _, s := range stretches {
		chosen := choose(s.Leads, leads)
		if len(chosen) == 0 {
			continue
		}
		out := wire.Stretch{Device: s.Device, Recording: s.Recording, Start: wire.Instant(s.Start()), Rate: s.Rate}
		bucket := 1
		if answer.Envelope {
			bucket = max(int(math.Ceil(seconds*s.Rate/float64(points/2))), 2)
			out.Rate = 2 * s.Rate / float64(bucket)
		}
		for _, lead := range chosen {
			out.Leads = append(out.Leads, s.Leads[lead])
		}
		out.UV = make([]wire.Samples, len(chosen))
		if err := read(s, chosen, bucket, &out); err != nil {
			return answer, err
		}
		answer.Stretches = append(answer.Stretches, out)
	}
	return answer, nil
}

// choose finds the asked leads, by name or by what they stand for (MLII is II);
// all when none is asked for.
func choose(names, asked []string) (chosen []int) {
	for i, name := range names {
		wanted := func(want string) bool {
			if strings.EqualFold(want, name) {
				return true
			}
			slot, err := ecg.ParseLead(name)
			other, otherErr := ecg.ParseLead(want)
			return err == nil && otherErr == nil && slot == other
		}
		if len(asked) == 0 || slices.ContainsFunc(asked, wanted) {
			chosen = append(chosen, i)
		}
	}
	return chosen
}

// read takes some minutes at a time, so that a day needs no more memory.
func read(s *archive.Stretch, chosen []int, bucket int, out *wire.Stretch) error {
	most := max(int(600*s.Rate)/bucket, 1) * bucket
	for from := 0; from < s.Len(); from += most {
		adc, err := s.ADC(from, min(from+most, s.Len()))
		if err != nil {
			return err
		}
		for i, lead := range chosen {
			samples := wire.Microvolts(adc[lead], s.Gain[lead])
			if bucket > 1 {
				samples = envelope(samples, bucket)
			}
			out.UV[i] = append(out.UV[i], samples...)
		}
	}
	return nil
}

// envelope is the lowest and the highest sample of every bucket.
func envelope(samples wire.Samples, bucket int) wire.Samples {
	var out wire.Samples
	for some := range slices.Chunk(samples, bucket) {
		low, high := int32(ecg.InvalidSample), int32(ecg.InvalidSample)
		for _, v := range some {
			if v == ecg.InvalidSample {
				continue
			}
			if low == ecg.InvalidSample || v < low {
				low = v
			}
			high = max(high, v)
		}
		out = append(out, low, high)
	}
	return out
}
