package ingest

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"gotest.tools/v3/golden"
	"pgregory.net/rapid"

	"github.com/holterd/holter/internal/registry"
	"github.com/holterd/holter/pkg/ecg"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

func lead(name string, n int) *holterv1.LeadSamples {
	return &holterv1.LeadSamples{Name: name, Gain: 200, Samples: make([]int32, n)}
}

// The reasons and the words that a device's maker finds in the dead letters.
func TestRefusals(t *testing.T) {
	type change = func(*holterv1.SampleChunk)
	var b strings.Builder
	for _, c := range []struct {
		name string
		change
	}{
		{"another device", func(c *holterv1.SampleChunk) { c.Device = "other" }},
		{"no recording", func(c *holterv1.SampleChunk) { c.Recording = "" }},
		{"long recording", func(c *holterv1.SampleChunk) { c.Recording = strings.Repeat("r", 257) }},
		{"no time", func(c *holterv1.SampleChunk) { c.StartTimeNs = 0 }},
		{"milliseconds", func(c *holterv1.SampleChunk) { c.StartTimeNs = start.UnixMilli() }},
		{"no rate", func(c *holterv1.SampleChunk) { c.SamplingRateHz = 0 }},
		{"slow", func(c *holterv1.SampleChunk) { c.SamplingRateHz = 49.9 }},
		{"fast", func(c *holterv1.SampleChunk) { c.SamplingRateHz = 1000.5 }},
		{"not a rate", func(c *holterv1.SampleChunk) { c.SamplingRateHz = math.NaN() }},
		{"no leads", func(c *holterv1.SampleChunk) { c.Leads = nil }},
		{"13 leads", func(c *holterv1.SampleChunk) {
			for range 12 {
				c.Leads = append(c.Leads, lead("V1", 100))
			}
		}},
		{"unknown lead", func(c *holterv1.SampleChunk) { c.Leads[0].Name = "RESP" }},
		{"same lead twice", func(c *holterv1.SampleChunk) { c.Leads = append(c.Leads, lead("II", 100)) }},
		{"unregistered lead", func(c *holterv1.SampleChunk) { c.Leads[0].Name = "V5" }},
		{"no gain", func(c *holterv1.SampleChunk) { c.Leads[0].Gain = 0 }},
		{"infinite gain", func(c *holterv1.SampleChunk) { c.Leads[0].Gain = math.Inf(1) }},
		{"unequal leads", func(c *holterv1.SampleChunk) { c.Leads = append(c.Leads, lead("V1", 99)) }},
		{"empty", func(c *holterv1.SampleChunk) { c.Leads[0].Samples = nil }},
		{"short", func(c *holterv1.SampleChunk) { c.Leads[0].Samples = make([]int32, 9) }},
		{"long", func(c *holterv1.SampleChunk) { c.Leads[0].Samples = make([]int32, 1001) }},
		{"long at the end", func(c *holterv1.SampleChunk) { c.Leads[0].Samples, c.EndOfRecording = make([]int32, 1001), true }},
	} {
		bad := chunk("watch", 0)
		c.change(bad)
		_, refused := readChunk(encode(t, bad), registry.Device{Name: "watch", Patient: "anna", Leads: []string{"MLII", "V1"}})
		require.NotNil(t, refused, c.name)
		fmt.Fprintf(&b, "%s: %s: %s\n", c.name, reasonLabel(refused.reason), refused.detail)
	}
	_, refused := readChunk(nil, registry.Device{})
	fmt.Fprintf(&b, "nothing: %s: %s\n", reasonLabel(refused.reason), refused.detail)
	battery := 101.0
	for _, s := range []*holterv1.DeviceStatus{
		{Device: "other", Online: true}, {Device: "watch", BatteryPercent: &battery}, {Device: "watch", TimeNs: 1, Online: true},
	} {
		_, refused := readStatus(encode(t, s), registry.Device{Name: "watch"}, deviceState{}, start)
		fmt.Fprintf(&b, "status: %s: %s\n", reasonLabel(refused.reason), refused.detail)
	}
	for _, s := range []*holterv1.ButtonPress{{Device: "other"}, {Device: "watch", TimeNs: 1}} {
		_, refused := readButton(encode(t, s), registry.Device{Name: "watch"}, start)
		fmt.Fprintf(&b, "button: %s: %s\n", reasonLabel(refused.reason), refused.detail)
	}
	for _, topic := range []string{"ecg/v2/d/samples", "ecg/v1/d", "ecg/v1//samples", "ecg/v1/d/progress", "ecg/v1/d/e/samples"} {
		_, _, err := parseTopic(topic)
		fmt.Fprintf(&b, "topic: %v\n", err)
	}
	golden.Assert(t, b.String(), "refusals.txt")
}

// Every chunk within the stated limits is accepted.
func TestAcceptsWhatIsAllowed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.OneOf(rapid.SampledFrom([]float64{50, 100, 125, 128, 250, 257, 360, 500, 1000}), rapid.Float64Range(50, 1000)).Draw(t, "rate")
		seconds := rapid.Float64Range(0.1, 10).Draw(t, "seconds")
		n := int(math.Round(seconds * rate))
		end := rapid.Bool().Draw(t, "end")
		if end && rapid.Bool().Draw(t, "empty") {
			n = 0
		}
		c := chunk("d", rapid.Uint64().Draw(t, "sequence"))
		c.StartTimeNs = rapid.Int64Range(earliest, latest-1).Draw(t, "start")
		c.SamplingRateHz, c.EndOfRecording, c.Leads = rate, end, nil
		first := rapid.IntRange(0, ecg.Slots-1).Draw(t, "first")
		for s := first; s < ecg.Slots; s++ {
			c.Leads = append(c.Leads, lead(ecg.Slot(s).String(), n))
		}
		data, err := proto.Marshal(c)
		require.NoError(t, err)
		got, refused := readChunk(data, registry.Device{Name: "d", Patient: "d"})
		require.Nil(t, refused)
		require.True(t, proto.Equal(c, got))
	})
}

func TestAcceptsAnEndWithoutLeads(t *testing.T) {
	c := chunk("d", 9)
	c.Leads, c.EndOfRecording = nil, true
	got, refused := readChunk(encode(t, c), registry.Device{Name: "d"})
	require.Nil(t, refused)
	_, ok := lastSample(got)
	require.False(t, ok)
}

func FuzzReadChunk(f *testing.F) {
	f.Add(encode(f, chunk("d", 0)))
	end := chunk("d", 1)
	end.Leads, end.EndOfRecording = nil, true
	f.Add(encode(f, end))
	f.Add([]byte{})
	f.Add([]byte("\x0a\x01d\x12\x01r\x20\x01"))
	device := registry.Device{Name: "d", Patient: "p", Leads: []string{"MLII"}}
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, refused := readChunk(payload, device)
		if refused != nil {
			require.NotEqual(t, holterv1.Reason_REASON_UNSPECIFIED, refused.reason)
			m := &message{topic: "ecg/v1/d/samples", payload: payload, device: device}
			_, err := m.deadLetter(refused, start)
			require.NoError(t, err)
			return
		}
		require.Equal(t, "d", c.Device)
		require.LessOrEqual(t, len(c.Leads), ecg.Slots)
		if ns, ok := lastSample(c); ok {
			require.LessOrEqual(t, ns-c.StartTimeNs, int64(11*time.Second))
			require.GreaterOrEqual(t, ns, c.StartTimeNs)
		}
	})
}

func FuzzReadSignals(f *testing.F) {
	battery := 5.0
	f.Add(encode(f, &holterv1.DeviceStatus{Device: "d", Online: true, BatteryPercent: &battery}))
	f.Add(encode(f, &holterv1.ButtonPress{Device: "d", Note: "n"}))
	device := registry.Device{Name: "d", Patient: "p"}
	f.Fuzz(func(t *testing.T, payload []byte) {
		if s, refused := readStatus(payload, device, deviceState{}, start); refused == nil {
			require.Equal(t, "p", s.GetStatus().GetPatient())
			require.NotEmpty(t, signalRecord(device, s).Value)
		}
		if s, refused := readButton(payload, device, start); refused == nil {
			require.Equal(t, "p", s.GetButton().GetPatient())
			require.NotEmpty(t, signalRecord(device, s).Value)
		}
	})
}

func FuzzParseTopic(f *testing.F) {
	f.Add("ecg/v1/d/samples")
	f.Add("ecg/v1//status")
	f.Fuzz(func(t *testing.T, topic string) {
		if device, kind, err := parseTopic(topic); err == nil {
			require.Equal(t, topic, Topic(device, kind))
			require.NoError(t, registry.CheckName(device))
		}
	})
}
