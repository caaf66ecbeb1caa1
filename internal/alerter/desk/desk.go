// Package desk is where people's programs (command line, console, links) see the
// alerts as they stand and decide on them. It reads ecg.alerts and writes
// ecg.commands; which alerter has a patient does not matter to it.
package desk

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/kafka"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Desk is safe for concurrent use.
type Desk struct {
	client     *kafka.Client
	writer     *kafka.Writer
	partitions int
}

// New returns a desk; partitions is kafka.partitions.
func New(client *kafka.Client, partitions int) *Desk {
	return &Desk{client: client, writer: client.NewWriter(), partitions: partitions}
}

// List returns every alert that is still published, the newest first.
func (d *Desk) List(ctx context.Context) ([]alert.Alert, error) {
	var all []alert.Alert
	for p := range d.partitions {
		some, err := d.read(ctx, p)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b alert.Alert) int { return cmp.Or(b.Raised.Compare(a.Raised), cmp.Compare(a.ID, b.ID)) })
	return all, nil
}

// Find returns the patient's alert of that id.
func (d *Desk) Find(ctx context.Context, patient, id string) (alert.Alert, bool, error) {
	all, err := d.read(ctx, kafka.PartitionFor(patient, d.partitions))
	at := slices.IndexFunc(all, func(a alert.Alert) bool { return a.Patient == patient && a.ID == id })
	if err != nil || at < 0 {
		return alert.Alert{}, false, err
	}
	return all[at], true, nil
}

func (d *Desk) read(ctx context.Context, partition int) ([]alert.Alert, error) {
	records, err := d.client.ReadCompacted(ctx, kafka.TopicAlerts, partition)
	if err != nil {
		return nil, err
	}
	var all []alert.Alert
	for key, m := range records {
		var p holterv1.Alert
		if err := proto.Unmarshal(m.Value, &p); err != nil {
			return nil, fmt.Errorf("read alert %q of partition %d of %s: %w", key, partition, kafka.TopicAlerts, err)
		}
		if key == string(kafka.AlertKey(p.Patient, p.Id)) { // older versions wrote what came of an alert under the patient
			all = append(all, alert.FromProto(&p))
		}
	}
	return all, nil
}

// Send writes a command and returns when Kafka has it; an alerter carries it out
// then. An empty id is filled in.
func (d *Desk) Send(ctx context.Context, c *holterv1.AlertCommand) error {
	if c.Id == "" {
		c.Id = newID()
	}
	value, err := proto.Marshal(c)
	if err != nil {
		return fmt.Errorf("write a command: %w", err)
	}
	partition := kafka.PartitionFor(c.Patient, d.partitions)
	return d.writer.WriteTo(ctx, kafka.TopicCommands, partition, kafka.PatientMessage(c.Patient, value))
}

func newID() string {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails
	return hex.EncodeToString(id)
}
