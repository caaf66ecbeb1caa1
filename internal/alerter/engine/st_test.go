package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gotest.tools/v3/golden"

	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const (
	certainRule  = `name: st-certain, priority: medium, duration: {kinds: [STE, STD, ST], at_least: 1s, max_gap: 1m}, st: certain, key: "st/{{.Patient}}", resolve_after: 10m`
	possibleRule = `name: st-possible, priority: low, duration: {kinds: [STE, STD, ST], at_least: 60s, max_gap: 1m}, st: measured, key: "st/{{.Patient}}", resolve_after: 10m`
)

func stEvent(kind string, start, end float64, evidence holterv1.StEvidence, uv int32, lead string) *holterv1.Event {
	ev := episode("st", kind, start, end)
	ev.StEvidence, ev.StPeakUv, ev.StLead = evidence, uv, lead
	if evidence == holterv1.StEvidence_ST_EVIDENCE_SIGNAL {
		ev.Confidence = 0
	}
	return ev
}

// An episode that is measured is told of at low priority, and again, more
// urgently, when the model confirms it.
func TestMeasuredEpisodeBecomesCertain(t *testing.T) {
	const signal, both = holterv1.StEvidence_ST_EVIDENCE_SIGNAL, holterv1.StEvidence_ST_EVIDENCE_BOTH
	b := newBench(t, certainRule)
	b.use(certainRule+"\n"+possibleRule, "webhook")
	b.events(stEvent("STD", 100, 170, signal, -150, "V5"))
	b.events(stEvent("STD", 100, 230, signal, -180, "V5"))
	require.Len(t, b.alerts, 1)
	require.Equal(t, "st-possible", b.alerts[0].Rule)
	require.Equal(t, "Possible ST depression −150 µV in lead V5, 1 min", b.alerts[0].Title)
	b.events(stEvent("STD", 100, 346, both, -210, "II"))
	require.Len(t, b.alerts, 3)
	last := b.alerts[2]
	require.Equal(t, "st-certain", last.Rule)
	require.Equal(t, "ST depression −210 µV in lead II, 4 min", last.Title)
	require.Equal(t, -210, last.ST.PeakUV)
	require.Len(t, b.notifications, 2, "nobody is told that the first is replaced")
	b.events(stEvent("STD", 100, 400, both, -320, "II"))
	b.events(with(episode("later", "AFIB", 1100, 1110), func(*holterv1.Event) {}))
	require.Len(t, b.alerts, 4)
	require.Contains(t, b.alerts[3].Message, "It was ST depression −320 µV in lead II, 5 min.")
}

func TestModelAloneIsNotMeasured(t *testing.T) {
	b := newBench(t, possibleRule)
	b.events(stEvent("STE", 0, 600, holterv1.StEvidence_ST_EVIDENCE_MODEL, 20, "II"))
	require.Empty(t, b.alerts)
}

func TestSTTexts(t *testing.T) {
	var out strings.Builder
	for _, ev := range []*holterv1.Event{
		stEvent("STE", 0, 100, holterv1.StEvidence_ST_EVIDENCE_BOTH, 305, "V2"),
		stEvent("STD", 0, 62, holterv1.StEvidence_ST_EVIDENCE_SIGNAL, -120, "II"),
		stEvent("ST", 0, 3605, holterv1.StEvidence_ST_EVIDENCE_BOTH, 140, "II"),
		stEvent("STD", 0, 90, holterv1.StEvidence_ST_EVIDENCE_MODEL, 15, "II"),
		stEvent("ST", 0, 90, holterv1.StEvidence_ST_EVIDENCE_MODEL, 0, ""),
	} {
		b := newBench(t, `name: st, priority: low, duration: {kinds: [STE, STD, ST], at_least: 60s}`)
		b.events(ev)
		b.pass(11 * time.Minute)
		for _, a := range b.alerts {
			fmt.Fprintf(&out, "%s\n  %s\n  %s\n", a.State, a.Title, a.Message)
		}
	}
	golden.Assert(t, out.String(), "st-texts.golden")
}
