package model

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/window"
)

const (
	heatHz     = 20 // Answer.Heat has a value for each 50 ms
	turnLlama3 = "llama-3"
	each       = "each"
	joint      = "joint"
	logitsLast = "last"
	logitsAll  = "all"
)

var precisions = []string{"", "fp32", "fp16", "bf16", "int8"}

// check reports all that is wrong with a manifest.
func (m Manifest) check() error {
	var p problems
	p.need(m.Format == 1, "format: %d, this program reads 1", m.Format)
	p.need(m.Name != "", "name: empty")
	p.need(m.Version != "", "version: empty")
	p.need(slices.Contains(precisions, m.Precision), "precision: %q, want fp32, fp16, bf16 or int8", m.Precision)
	m.Input.check(&p)
	m.Encoder.check(&p)
	p.file("embed.file", m.Embed.File)
	p.need(m.Embed.Input != "", "embed.input: empty")
	p.need(m.Embed.Output != "", "embed.output: empty")
	m.Decoder.check(&p)
	m.Tokens.check(&p)
	m.Localization.check(&p)
	p.size("generation.max_new_tokens", m.Generation.MaxNewTokens, m.Decoder.MaxTokens)
	return errors.Join(p...)
}

func (i Input) check(p *problems) {
	p.need(i.RateHz == window.Rate, "input.rate_hz: %d, want %d", i.RateHz, window.Rate)
	p.need(i.SegmentSamples == window.SegmentSamples, "input.segment_samples: %d, want %d",
		i.SegmentSamples, window.SegmentSamples)
	p.need(i.Scale == string(window.ScaleMinMax) || i.Scale == string(window.ScaleNone),
		"input.scale: %q, want minmax or none", i.Scale)
	var leads []string
	for slot := range ecg.Slot(ecg.Slots) {
		leads = append(leads, slot.String())
	}
	p.need(slices.Equal(i.Leads, leads), "input.leads: %q, want %q", i.Leads, leads)
}

func (e Encoder) check(p *problems) {
	p.file("encoder.file", e.File)
	p.need(e.Input != "", "encoder.input: empty")
	p.need(e.Embeddings != "", "encoder.embeddings: empty")
	p.size("encoder.tokens_per_segment", e.TokensPerSegment, 1<<12)
	p.need(e.TokensPerSegment != 1, "encoder.tokens_per_segment: 1, want the CLS token and others")
	p.need((e.Spans == "") == (len(e.SpanKinds) == 0), "encoder.spans and encoder.span_kinds: one is set, but not the other")
	p.conditions("encoder.span_kinds", e.SpanKinds)
	if e.Heat == "" {
		p.need(e.HeatHz == 0 && len(e.HeatKinds) == 0, "encoder.heat: empty, but heat_hz or heat_kinds is set")
		return
	}
	p.need(e.HeatHz == heatHz, "encoder.heat_hz: %d, want %d", e.HeatHz, heatHz)
	p.need(len(e.HeatKinds) > 0, "encoder.heat_kinds: empty")
	p.conditions("encoder.heat_kinds", e.HeatKinds)
}

func (d Decoder) check(p *problems) {
	p.file("decoder.file", d.File)
	p.size("decoder.layers", d.Layers, 1<<10)
	p.size("decoder.kv_heads", d.KVHeads, 1<<10)
	p.size("decoder.head_dim", d.HeadDim, 1<<12)
	p.size("decoder.hidden", d.Hidden, 1<<16)
	p.size("decoder.vocab", d.Vocab, 1<<22)
	p.size("decoder.max_tokens", d.MaxTokens, 1<<22)
	p.need(slices.Contains([]string{"", logitsAll, logitsLast}, d.Logits), "decoder.logits: %q, want all or last", d.Logits)
}

func (t Tokens) check(p *problems) {
	p.need(t.BOS != "", "tokens.bos: empty")
	p.need(t.ECGStart != "", "tokens.ecg_start: empty")
	p.need(t.ECG != "", "tokens.ecg: empty")
	p.need(t.ECGEnd != "", "tokens.ecg_end: empty")
	p.need(len(t.EOS) > 0, "tokens.eos: empty")
	p.need(!slices.Contains(t.ECGs, ""), "tokens.ecgs: one is empty")
	p.need(t.Turn == turnLlama3, "tokens.turn: %q, want %s", t.Turn, turnLlama3)
}

func (l Localization) check(p *problems) {
	p.conditions("localization.conditions", l.Conditions)
	p.need(l.Segments == each || l.Segments == joint, "localization.segments: %q, want each or joint", l.Segments)
	p.need(l.Evidence >= 0 && l.Evidence <= 100, "localization.evidence: %g, want 0 to 100", l.Evidence)
	for code, t := range l.Thresholds {
		p.conditions("localization.thresholds", []string{code})
		p.need(t > 0 && t < 1, "localization.thresholds.%s: %g, want more than 0 and less than 1", code, t)
	}
	l.checkCalibration(p)
}

// problems collects what is wrong.
type problems []error

func (p *problems) need(ok bool, format string, args ...any) {
	if !ok {
		*p = append(*p, fmt.Errorf(format, args...))
	}
}

// size checks a number that must be positive and not above most.
func (p *problems) size(key string, n, most int) {
	p.need(n > 0 && n <= most, "%s: %d, want 1 to %d", key, n, most)
}

// file checks a name inside the model folder.
func (p *problems) file(key, name string) {
	p.need(filepath.IsLocal(name), "%s: %q is no file name inside the model folder", key, name)
}

func (p *problems) conditions(key string, codes []string) {
	seen := map[string]bool{}
	for _, code := range codes {
		_, known := localize.ByCode(code)
		p.need(known, "%s: %q is no known condition", key, code)
		p.need(!seen[code], "%s: %q is listed twice", key, code)
		seen[code] = true
	}
}
