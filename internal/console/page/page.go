// Package page serves what the console shows in a browser: the list of patients
// at / and one patient at /patients/{p}. It is HTML, CSS and JavaScript modules
// embedded in the binary as they are written, without a build step; the page
// asks the API under /v1 for everything else, which this package knows nothing
// of.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"time"
)

//go:embed static
var files embed.FS

// policy lets the page load nothing but what this server serves, and nobody
// frame it.
const policy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// Handler serves the page. Every file has an ETag and is asked for again with
// it, so that a new binary is seen at once and an old file costs no transfer.
func Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", load("static/list.html"))
	mux.Handle("GET /patients/{patient}", load("static/patient.html"))
	err := fs.WalkDir(files, "static", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && path.Ext(name) != ".html" {
			mux.Handle("GET /"+name, load(name))
		}
		return err
	})
	if err != nil {
		panic(fmt.Sprintf("page: the embedded files cannot be listed: %v", err)) // a broken build
	}
	return mux
}

// file is one file of the page.
type file struct {
	name, kind, tag string
	body            []byte
}

func load(name string) file {
	body := read(name)
	if path.Ext(name) == ".html" {
		body = announce(body)
	}
	sum := sha256.Sum256(body)
	return file{name: name, kind: kind(name), body: body, tag: `"` + hex.EncodeToString(sum[:12]) + `"`}
}

func read(name string) []byte {
	body, err := files.ReadFile(name)
	if err != nil {
		panic(fmt.Sprintf("page: %v", err)) // a broken build
	}
	return body
}

// kind is the file's media type, whatever the machine's own tables say.
func kind(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js":
		return "text/javascript; charset=utf-8"
	case "": // a licence
		return "text/plain; charset=utf-8"
	default:
		return mime.TypeByExtension(ext)
	}
}

func (f file) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("ETag", f.tag)
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	http.ServeContent(w, r, f.name, time.Time{}, bytes.NewReader(f.body))
}
