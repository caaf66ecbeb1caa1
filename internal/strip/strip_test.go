package strip_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/archive/archivetest"
	"github.com/holterd/holter/internal/picture"
	"github.com/holterd/holter/internal/strip"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func names(leads []ecg.Lead) (all []string) {
	for _, l := range leads {
		all = append(all, l.Name)
	}
	return all
}

func wave(name string, n int, height float32) ecg.Lead {
	l := ecg.Lead{Name: name}
	for i := range n {
		l.Samples = append(l.Samples, height*float32(i%10)/10)
	}
	return l
}

func TestLeadsWithSignalAreShown(t *testing.T) {
	off := wave("I", 100, 1)
	for i := range 60 {
		off.Samples[i] = float32(math.NaN())
	}
	rec := &ecg.Recording{Rate: 10, Start: noon, Leads: []ecg.Lead{off, wave("II", 100, 1), wave("III", 100, 0.01), wave("V1", 100, 1), wave("V2", 100, 1)}}
	shown := func(o strip.Options) []string { return names(strip.Of(rec, "d", nil, o).Leads) }
	require.Equal(t, []string{"I", "II", "III", "V1", "V2"}, shown(strip.Options{}))
	require.Equal(t, []string{"II", "V1"}, shown(strip.Options{MostLeads: 2}))
	require.Equal(t, []string{"V2", "II"}, shown(strip.Options{MostLeads: 2, Prefer: "V2"}))
	require.Equal(t, []string{"II", "V1"}, shown(strip.Options{MostLeads: 2, Prefer: "I"}), "it has no contact")
	require.Equal(t, []string{"I", "II", "III", "V1", "V2"}, names(rec.Leads), "the recording stays as it is")
}

func TestEventsOfTheDeviceAreMarked(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	rec := &ecg.Recording{Rate: 10, Start: noon, Leads: []ecg.Lead{wave("II", 100, 1)}}
	event := func(device, kind string, from, to time.Duration) localize.Event {
		return localize.Event{Device: device, Kind: kind, Start: noon.Add(from), End: noon.Add(to)}
	}
	got := strip.Of(rec, "d", []localize.Event{
		event("d", "AFIB", -time.Hour, 3*time.Second), event("d", "V", time.Second, 2*time.Second), event("d", "V", 8*time.Second, time.Minute),
		event("other", "A", 0, time.Second), event("d", "A", -2*time.Second, -time.Second),
	}, strip.Options{Title: "x", Zone: berlin})
	require.Equal(t, "2026-03-01 13:00:00 CET", got.Note)
	require.Equal(t, 13, got.Start.Hour())
	require.Equal(t, []picture.Row{
		{Label: "V", Colour: picture.Orange, Shade: true, Spans: localize.Spans{{Start: 1, End: 2}, {Start: 8, End: 10}}},
		{Label: "AFIB", Colour: picture.Blue, Spans: localize.Spans{{Start: 0, End: 3}}},
	}, got.Rows)
}

func TestFind(t *testing.T) {
	cfg := ecg.DefaultSimConfig()
	cfg.Rate, cfg.Duration, cfg.Start = 125, 20*time.Second, noon
	rec, _, err := ecg.Simulate(cfg)
	require.NoError(t, err)
	folder := t.TempDir()
	archivetest.Fill(t, folder, "p", "long", rec)
	short := *rec
	short.Leads = slices.Clone(rec.Leads)
	for i := range short.Leads {
		short.Leads[i].Samples = short.Leads[i].Samples[:500]
	}
	short.Start = noon.Add(time.Minute)
	archivetest.Fill(t, folder, "p", "short", &short)
	kept, err := archive.Open(folder)
	require.NoError(t, err)
	track, err := strip.Find(kept, "p", "", noon, noon.Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, "long", track.Device)
	track, err = strip.Find(kept, "p", "short", noon, noon.Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, 500, track.Len)
	track, err = strip.Find(kept, "q", "", noon, noon.Add(time.Hour))
	require.NoError(t, err)
	require.Nil(t, track)
}
