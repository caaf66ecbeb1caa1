package fhir

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"

	r4 "github.com/samply/golang-fhir-models/fhir-models/fhir"
)

// bundle writes the entries of a transaction as they come, so that a day of
// strips is never in memory at once. The first error stays.
type bundle struct {
	out     *bufio.Writer
	entries int
	err     error
}

func newBundle(w io.Writer, head r4.Bundle) *bundle {
	b := &bundle{out: bufio.NewWriter(w)}
	data, err := json.Marshal(head)
	if err != nil {
		b.err = err
		return b
	}
	b.text(string(data[:len(data)-1])) // the brace is close's
	return b
}

func (b *bundle) text(s string) {
	if b.err == nil {
		_, b.err = b.out.WriteString(s)
	}
}

// put writes a resource that replaces what has the same identifier.
func (b *bundle) put(kind, urn string, resource any) {
	b.add(urn, resource, r4.BundleEntryRequest{Method: r4.HTTPVerbPUT, Url: kind + "?" + search(systemURI, urn)})
}

// create writes a resource that is left alone where the identifier is known.
func (b *bundle) create(kind, urn, system, value string, resource any) {
	b.add(urn, resource, r4.BundleEntryRequest{Method: r4.HTTPVerbPOST, Url: kind, IfNoneExist: new(search(system, value))})
}

// search is the query for an identifier. The bar, the comma and the like mean
// something in one and are escaped a second time.
func search(system, value string) string {
	escape := func(s string) string {
		var out []byte
		for i := range len(s) {
			if s[i] == '\\' || s[i] == '|' || s[i] == ',' || s[i] == '$' {
				out = append(out, '\\')
			}
			out = append(out, s[i])
		}
		return string(out)
	}
	return "identifier=" + url.QueryEscape(escape(system)+"|"+escape(value))
}

func (b *bundle) add(urn string, resource any, request r4.BundleEntryRequest) {
	if b.err != nil {
		return
	}
	raw, err := json.Marshal(resource)
	if err == nil {
		raw, err = json.Marshal(r4.BundleEntry{FullUrl: &urn, Resource: raw, Request: &request})
	}
	if err != nil {
		b.err = fmt.Errorf("encode a resource: %w", err)
		return
	}
	if b.entries == 0 {
		b.text(`,"entry":[`)
	} else {
		b.text(",")
	}
	b.entries++
	b.text("\n")
	b.text(string(raw))
}

// close ends the bundle.
func (b *bundle) close() error {
	if b.entries > 0 {
		b.text("\n]")
	}
	b.text("}\n")
	return errors.Join(b.err, b.out.Flush())
}
