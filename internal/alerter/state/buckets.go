package state

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
)

// Bucket sums up some analysed windows. Times are milliseconds, Start and End
// since the Unix epoch.
type Bucket struct {
	Start, End int64
	// Analysed is the time that counts, Beats the beats in it.
	Analysed, Beats int64
	// Of is how much of that is of the kinds that are looked for: beats, or
	// milliseconds. Sure is the sum of the confidence over it, in thousandths.
	Of, Sure int64
}

// Buckets are in order of their start. They are written as small numbers: a day
// of them is in every record.
type Buckets []Bucket

func (b *Bucket) fields() []*int64 {
	return []*int64{&b.Start, &b.End, &b.Analysed, &b.Beats, &b.Of, &b.Sure}
}

// MarshalText implements encoding.TextMarshaler.
func (all Buckets) MarshalText() ([]byte, error) {
	var raw []byte
	last := int64(0)
	for _, b := range all {
		start, end := b.Start, b.End
		b.Start, b.End = start-last, end-start
		last = end
		for _, f := range b.fields() {
			raw = binary.AppendVarint(raw, *f)
		}
	}
	return base64.StdEncoding.AppendEncode(nil, raw), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (all *Buckets) UnmarshalText(text []byte) error {
	raw, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil {
		return fmt.Errorf("read what was analysed: %w", err)
	}
	*all = (*all)[:0]
	last := int64(0)
	for len(raw) > 0 {
		var b Bucket
		for _, f := range b.fields() {
			value, n := binary.Varint(raw)
			if n <= 0 {
				return errors.New("read what was analysed: it is cut off")
			}
			*f, raw = value, raw[n:]
		}
		b.Start += last
		b.End += b.Start
		last = b.End
		*all = append(*all, b)
	}
	return nil
}
