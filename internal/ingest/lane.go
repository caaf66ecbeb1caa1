package ingest

import (
	"context"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/registry"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const (
	batchMessages   = 500
	batchBytes      = 1 << 20
	heartbeatPeriod = 10 * time.Second
	forgetAfter     = time.Hour // a silent device
)

// lane brings the messages of the patients of one partition to Kafka, in order
// and one batch at a time. Its fields belong to run, except in.
type lane struct {
	service   *Service
	partition int
	in        chan *message // never full: the acknowledger has less room
	devices   map[string]deviceState
	swept     time.Time
}

// deviceState is what a lane remembers of a device.
type deviceState struct {
	lastSample *int64    // time of its newest sample, ns
	heartbeat  time.Time // when one was sent
}

func newLane(s *Service, partition int) *lane {
	return &lane{
		service:   s,
		partition: partition,
		in:        make(chan *message, s.cfg.MQTT.MaxInFlight+2),
		devices:   make(map[string]deviceState),
	}
}

// run stores batches until in is closed, or until ctx is done.
func (l *lane) run(ctx context.Context) {
	for m := range l.in {
		l.store(ctx, l.gather(m))
		if ctx.Err() != nil {
			return
		}
	}
}

// gather returns m and what else waits already.
func (l *lane) gather(m *message) []*message {
	batch, bytes := []*message{m}, len(m.payload)
	for len(batch) < batchMessages && bytes < batchBytes {
		select {
		case next, ok := <-l.in:
			if !ok {
				return batch
			}
			batch, bytes = append(batch, next), bytes+len(next.payload)
		default:
			return batch
		}
	}
	return batch
}

// store writes the batch, samples first: a heartbeat never speaks of samples
// that are not stored.
func (l *lane) store(ctx context.Context, batch []*message) {
	samples := outbox{topic: kafka.TopicSamples}
	dead := outbox{topic: kafka.TopicDeadLetter}
	signals := outbox{topic: kafka.TopicStatus}
	for _, m := range batch {
		l.sort(m, &samples, &signals, &dead)
	}
	l.forget()
	for _, o := range []outbox{samples, dead, signals} {
		if !l.write(ctx, o) {
			return
		}
	}
}

// sort puts the message where it belongs.
func (l *lane) sort(m *message, samples, signals, dead *outbox) {
	s, now := l.service, l.service.now()
	refused := m.refused
	if refused == nil {
		var signal *holterv1.DeviceSignal
		switch m.kind {
		case KindSamples:
			var chunk *holterv1.SampleChunk
			if chunk, refused = readChunk(m.payload, m.device); refused == nil {
				samples.add(kafka.SampleMessage(m.device.Patient, m.device.Name, m.payload), s.forwarded(m))
				l.heard(m.device, chunk, signals, now)
			}
		case KindStatus:
			signal, refused = readStatus(m.payload, m.device, l.devices[m.device.Name], now)
		case KindButton:
			signal, refused = readButton(m.payload, m.device, now)
		}
		if signal != nil {
			signals.add(signalRecord(m.device, signal), s.forwarded(m))
		}
	}
	if refused == nil {
		return
	}
	record, err := m.deadLetter(refused, now)
	if err != nil { // cannot be: all its texts are UTF-8
		s.log.Error().Err(err).Str("topic", m.topic).Msg("cannot encode a dead letter; its payload is left out")
		record = kafka.PatientMessage(m.key(), nil)
	}
	s.refusals.Warn().Str("topic", m.topic).Str("reason", refused.reason.String()).Msg(refused.detail)
	dead.add(record, s.refused(m, refused.reason))
}

// heard notes the chunk and adds a heartbeat when one is due.
func (l *lane) heard(device registry.Device, chunk *holterv1.SampleChunk, signals *outbox, now time.Time) {
	state := l.devices[device.Name]
	if ns, ok := lastSample(chunk); ok && (state.lastSample == nil || ns > *state.lastSample) {
		state.lastSample = &ns
	}
	if now.Sub(state.heartbeat) >= heartbeatPeriod {
		state.heartbeat = now
		signals.add(signalRecord(device, heartbeat(device, state, now)), func() {})
	}
	l.devices[device.Name] = state
}

// forget drops the devices that have been silent for long.
func (l *lane) forget() {
	now := l.service.now()
	if now.Sub(l.swept) < forgetAfter {
		return
	}
	l.swept = now
	for name, state := range l.devices {
		if now.Sub(state.heartbeat) >= forgetAfter {
			delete(l.devices, name)
		}
	}
}

func signalRecord(device registry.Device, signal *holterv1.DeviceSignal) kafka.Message {
	value, err := proto.Marshal(signal)
	if err != nil {
		panic("ingest: a signal's texts are UTF-8: " + err.Error())
	}
	return kafka.PatientMessage(device.Patient, value)
}
