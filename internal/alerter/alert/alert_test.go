package alert_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/alert"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

func TestIDDependsOnRuleKeyAndCauseOnly(t *testing.T) {
	at := time.Unix(1700000000, 5)
	id := alert.NewID("run", "run/p", at)
	require.Len(t, id, 32)
	require.Equal(t, id, alert.NewID("run", "run/p", at.UTC()))
	require.NotEqual(t, id, alert.NewID("ru", "nrun/p", at))
	require.NotEqual(t, id, alert.NewID("run", "run/q", at))
	require.NotEqual(t, id, alert.NewID("run", "run/p", at.Add(1)))
}

func TestAddEventKeepsTheNewestOnce(t *testing.T) {
	var a alert.Alert
	for i := range alert.MaxEvents + 10 {
		a.AddEvent(fmt.Sprint(i))
		a.AddEvent(fmt.Sprint(i))
	}
	require.Len(t, a.Events, alert.MaxEvents)
	require.Equal(t, "10", a.Events[0])
	require.Equal(t, "109", a.Events[alert.MaxEvents-1])
}

func TestJSONRoundTrip(t *testing.T) {
	in := alert.Alert{
		ID: "1", Key: "k", Rule: "r", Patient: "p", Device: "d", Kinds: []string{"V"},
		Priority: alert.High, Class: alert.Physiological, State: alert.Triggered,
		Title: "T", Message: "M", Beats: 3, Confidence: 0.5, Events: []string{"e"},
		Start: time.Unix(1, 0).UTC(), Updated: time.Unix(2, 0).UTC(), Raised: time.Unix(3, 0).UTC(),
	}
	text, err := json.Marshal(in)
	require.NoError(t, err)
	require.Contains(t, string(text), `"priority":"high","class":"physiological","state":"triggered"`)
	require.NotContains(t, string(text), `"resolved":`)
	var out alert.Alert
	require.NoError(t, json.Unmarshal(text, &out))
	require.Equal(t, in, out)

	_, err = json.Marshal(alert.Alert{})
	require.ErrorContains(t, err, "has no name")
	require.ErrorContains(t, json.Unmarshal([]byte(`{"priority":"urgent"}`), &out), `"urgent" is no priority`)
}

func TestProtoUsesTheSameWords(t *testing.T) {
	a := alert.Alert{
		ID: "1", Priority: alert.High, Class: alert.Technical, State: alert.Resolved,
		Start: time.Unix(1, 0), Updated: time.Unix(2, 0), Resolved: time.Unix(3, 0), Events: []string{"e"},
		Value: 38.5, Unit: "/min", Beats: 7, Kinds: []string{"V"},
		ST:      &alert.ST{Kind: "STD", Start: time.Unix(1, 0).UTC(), End: time.Unix(62, 0).UTC(), PeakUV: -210, Lead: "II", PeakAt: time.Unix(31, 0).UTC(), Evidence: "both"},
		Pressed: time.Unix(5, 0).UTC(),
	}
	p := a.Proto()
	require.Equal(t, holterv1.StEvidence_ST_EVIDENCE_BOTH, p.St.Evidence)
	back := alert.FromProto(p)
	require.Equal(t, a.ST, back.ST)
	require.Equal(t, a.Pressed, back.Pressed)
	require.Equal(t, []any{38.5, "/min", 7, []string{"V"}}, []any{back.Value, back.Unit, back.Beats, back.Kinds})
	require.Equal(t, holterv1.Priority_PRIORITY_HIGH, p.Priority)
	require.Equal(t, holterv1.AlertClass_ALERT_CLASS_TECHNICAL, p.Class)
	require.Equal(t, holterv1.AlertState_ALERT_STATE_RESOLVED, p.State)
	require.Equal(t, int64(1e9), p.StartTimeNs)
	require.Equal(t, int64(2e9), p.UpdateTimeNs)
	require.Equal(t, []string{"e"}, p.EventIds)
}
