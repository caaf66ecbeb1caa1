package analyzer

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
)

// stTape is a recording of nine minutes with an ST depression of 200 µV in lead II
// from 5:00 to 8:00. The leads that tell the oracle where it is show none.
func stTape(t *testing.T) *tape {
	t.Helper()
	cfg := ecg.DefaultSimConfig()
	cfg.Rate, cfg.Duration, cfg.Leads = testRate, 9*time.Minute, []string{"II"}
	cfg.Episodes = []ecg.Episode{{Kind: ecg.STChange, At: 5 * time.Minute, Length: 3 * time.Minute, Level: -.2}}
	rec, _, err := ecg.Simulate(cfg)
	require.NoError(t, err)
	made := makeTape(0, cfg.Duration.Seconds())
	for i, v := range rec.Leads[0].Samples {
		made.leads[0][i] = int32(math.Round(gainII * float64(v)))
	}
	return made
}

func stWorld(tape *tape) *world {
	w := newWorld()
	for _, c := range tape.chunks() {
		w.append(kafka.TopicSamples, tape.record(c))
	}
	return w
}

// stEvents are the stored events of ST kinds.
func (w *world) stEvents() (events []localize.Event) {
	for _, e := range w.events {
		if c, ok := localize.ByCode(e.Kind); ok && c.Kind == localize.ST {
			events = append(events, e)
		}
	}
	return events
}

func TestMeasuredSTBecomesAnEvent(t *testing.T) {
	cases := map[string]struct {
		questions []string
		located   localize.Spans // s
		want      map[string]localize.Evidence
	}{
		"not asked":     {[]string{"V"}, nil, map[string]localize.Evidence{"STD": localize.BySignal}},
		"not located":   {[]string{"V", "STD"}, nil, map[string]localize.Evidence{"STD": localize.BySignal}},
		"located":       {[]string{"V", "STD", "STE"}, localize.Spans{{Start: 320, End: 470}}, map[string]localize.Evidence{"STD": localize.ByBoth, "STE": localize.ByModel}},
		"as any change": {[]string{"V", "ST"}, localize.Spans{{Start: 320, End: 470}}, map[string]localize.Evidence{"ST": localize.ByBoth}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			recorded := stTape(t)
			recorded.located = c.located
			w := stWorld(recorded)
			survived, _ := w.live(t, options{model: &oracle{tapes: []*tape{recorded}}, questions: c.questions})
			require.True(t, survived)
			got := map[string]localize.Evidence{}
			for _, e := range w.stEvents() {
				require.NotContains(t, got, e.Kind, "one event")
				got[e.Kind] = e.Evidence
				require.False(t, e.Open)
				if e.Evidence == localize.ByModel { // says elevation where depression was measured
					require.Less(t, e.STPeak, 50)
					continue
				}
				require.InDelta(t, -200, e.STPeak, 25)
				require.Equal(t, "II", e.STLead)
				require.WithinRange(t, e.STPeakAt, e.Start, e.End)
				require.WithinDuration(t, began.Add(5*time.Minute), e.Start, 30*time.Second)
				require.WithinDuration(t, began.Add(8*time.Minute), e.End, 30*time.Second)
				require.Equal(t, e.Evidence == localize.ByBoth, e.Confidence > 0)
			}
			require.Equal(t, c.want, got)
			last, _ := w.sent(t)
			require.Equal(t, w.events, last, "ecg.events and InfluxDB agree")
		})
	}
}

// The baseline, an episode that is not long enough yet and one that goes on survive
// a kill at any time.
func TestSTSurvivesKills(t *testing.T) {
	recorded := stTape(t)
	recorded.located = localize.Spans{{Start: 350, End: 400}}
	o := options{model: &oracle{tapes: []*tape{recorded}}, questions: []string{"STD"}, sizes: func() int { return 20 }}
	want := stWorld(recorded)
	survived, ops := want.live(t, o)
	require.True(t, survived)
	require.Len(t, want.stEvents(), 1)
	require.Equal(t, localize.ByBoth, want.stEvents()[0].Evidence)
	for o.killAt = 3; o.killAt < ops; o.killAt += max(ops/12, 1) {
		o.how = o.killAt % 3
		w := stWorld(recorded)
		survived, _ := w.live(t, o)
		require.False(t, survived)
		again := o
		again.killAt = 0
		survived, _ = w.live(t, again)
		require.True(t, survived)
		require.Equal(t, want.events, w.events, fmt.Sprint("killed at operation ", o.killAt))
	}
}
