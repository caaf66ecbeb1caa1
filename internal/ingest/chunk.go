package ingest

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/registry"
	"github.com/holterd/holter/pkg/ecg"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Limits of a chunk.
const (
	slowestRate      = 50.0   // Hz
	fastestRate      = 1000.0 // Hz
	shortestChunk    = 0.1    // s; the last of a recording may be shorter
	longestChunk     = 10.0   // s
	longestRecording = 256    // bytes of the recording's id
)

// A clock outside these was never set, or counts in another unit.
var (
	earliest = time.Date(1971, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()
	latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()
)

// refusal is why a message is not accepted.
type refusal struct {
	reason holterv1.Reason
	detail string
}

func refuse(reason holterv1.Reason, format string, args ...any) *refusal {
	return &refusal{reason: reason, detail: fmt.Sprintf(format, args...)}
}

// readChunk reads and checks what a device published as samples.
func readChunk(payload []byte, device registry.Device) (*holterv1.SampleChunk, *refusal) {
	chunk := &holterv1.SampleChunk{}
	if r := decode(payload, chunk); r != nil {
		return nil, r
	}
	for _, check := range []func(*holterv1.SampleChunk, registry.Device) *refusal{
		checkIdentity, checkRate, checkLeads, checkSamples,
	} {
		if r := check(chunk, device); r != nil {
			return nil, r
		}
	}
	return chunk, nil
}

func decode(payload []byte, into proto.Message) *refusal {
	name := into.ProtoReflect().Descriptor().FullName()
	if len(payload) == 0 {
		return refuse(holterv1.Reason_REASON_MALFORMED, "the message is empty; send a %s", name)
	}
	if err := proto.Unmarshal(payload, into); err != nil {
		return refuse(holterv1.Reason_REASON_MALFORMED, "the message is not a %s: %v", name, err)
	}
	return nil
}

func checkIdentity(c *holterv1.SampleChunk, device registry.Device) *refusal {
	switch {
	case c.Device != device.Name:
		return refuse(holterv1.Reason_REASON_INVALID, "the chunk's device is %q and the topic's %q; they must be equal", c.Device, device.Name)
	case c.Recording == "" || len(c.Recording) > longestRecording:
		return refuse(holterv1.Reason_REASON_INVALID, "recording has %d bytes; give it 1 to %d", len(c.Recording), longestRecording)
	}
	return checkTime("start_time_ns", c.StartTimeNs)
}

func checkTime(field string, ns int64) *refusal {
	if ns < earliest || ns >= latest {
		return refuse(holterv1.Reason_REASON_INVALID,
			"%s is %s; give nanoseconds since 1970 between the years 1971 and 2200", field, time.Unix(0, ns).UTC().Format(time.RFC3339))
	}
	return nil
}

func checkRate(c *holterv1.SampleChunk, _ registry.Device) *refusal {
	if rate := c.SamplingRateHz; !(rate >= slowestRate && rate <= fastestRate) {
		return refuse(holterv1.Reason_REASON_IMPOSSIBLE_RATE, "sampling_rate_hz is %g; %g to %g are accepted", rate, slowestRate, fastestRate)
	}
	return nil
}

func checkLeads(c *holterv1.SampleChunk, device registry.Device) *refusal {
	if len(c.Leads) == 0 && c.EndOfRecording {
		return nil
	}
	if len(c.Leads) == 0 || len(c.Leads) > ecg.Slots {
		return refuse(holterv1.Reason_REASON_INVALID, "the chunk has %d leads; send 1 to %d", len(c.Leads), ecg.Slots)
	}
	names := make([]string, len(c.Leads))
	for i, l := range c.Leads {
		names[i] = l.GetName()
		if gain := l.GetGain(); !(gain > 0) || math.IsInf(gain, 1) {
			return refuse(holterv1.Reason_REASON_INVALID, "the gain of lead %q is %g; give ADC units per mV, more than 0", names[i], gain)
		}
	}
	slots, err := ecg.AssignSlots(names)
	switch {
	case errors.Is(err, ecg.ErrUnknownLead):
		return refuse(holterv1.Reason_REASON_UNKNOWN_LEAD, "%v", err)
	case err != nil:
		return refuse(holterv1.Reason_REASON_INVALID, "%v", err)
	}
	return checkRegistered(names, slots, device)
}

// checkRegistered refuses leads that the device's registry entry does not have.
func checkRegistered(names []string, slots []ecg.Slot, device registry.Device) *refusal {
	if len(device.Leads) == 0 {
		return nil
	}
	registered, err := ecg.AssignSlots(device.Leads)
	if err != nil {
		return refuse(holterv1.Reason_REASON_UNKNOWN_LEAD, "the registry's leads of %q: %v", device.Name, err)
	}
	for i, slot := range slots {
		known := false
		for j, name := range device.Leads {
			known = known || registered[j] == slot || strings.EqualFold(name, names[i])
		}
		if !known {
			return refuse(holterv1.Reason_REASON_UNKNOWN_LEAD,
				"lead %q is not one that the registry has for %q (%s)", names[i], device.Name, strings.Join(device.Leads, ", "))
		}
	}
	return nil
}

func checkSamples(c *holterv1.SampleChunk, _ registry.Device) *refusal {
	if len(c.Leads) == 0 {
		return nil
	}
	n := len(c.Leads[0].GetSamples())
	for _, l := range c.Leads {
		if len(l.GetSamples()) != n {
			return refuse(holterv1.Reason_REASON_INVALID, "lead %q has %d samples and lead %q has %d; they must be equal",
				l.GetName(), len(l.GetSamples()), c.Leads[0].GetName(), n)
		}
	}
	// Half a sample of tolerance: 0.1 s at 55 Hz is no whole number.
	least := shortestChunk*c.SamplingRateHz - 0.5
	if most := longestChunk*c.SamplingRateHz + 0.5; float64(n) > most || float64(n) < least && !c.EndOfRecording {
		return refuse(holterv1.Reason_REASON_INVALID, "the chunk has %d samples at %g Hz, which is %.4g s; send %g to %g s",
			n, c.SamplingRateHz, float64(n)/c.SamplingRateHz, shortestChunk, longestChunk)
	}
	return nil
}

// lastSample is the time of the chunk's newest sample; ok is false when it has
// none.
func lastSample(c *holterv1.SampleChunk) (ns int64, ok bool) {
	if len(c.Leads) == 0 || len(c.Leads[0].Samples) == 0 {
		return 0, false
	}
	n := len(c.Leads[0].Samples) - 1
	return c.StartTimeNs + int64(float64(n)/c.SamplingRateHz*1e9), true
}
