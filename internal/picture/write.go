package picture

import (
	"errors"
	"fmt"
	"io"
	"os"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Drawing is something that can be drawn on a canvas of its size.
type Drawing interface {
	Size() (width, height vg.Length)
	Draw(draw.Canvas)
}

// DPI is the resolution of PNG pictures: a millimetre of ECG paper is nearly six
// pixels.
const DPI = 150

// SVG writes a drawing as a vector graphic of its real size.
func SVG(w io.Writer, d Drawing) error {
	width, height := d.Size()
	canvas := vgsvg.New(width, height)
	paint(canvas, d)
	if _, err := canvas.WriteTo(w); err != nil {
		return fmt.Errorf("write SVG: %w", err)
	}
	return nil
}

// PNG writes a drawing as an image of DPI.
func PNG(w io.Writer, d Drawing) error { return PNGAt(w, d, DPI) }

// PNGAt writes a drawing as an image of another resolution.
func PNGAt(w io.Writer, d Drawing, dpi int) error {
	width, height := d.Size()
	canvas := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi))}
	paint(canvas, d)
	if _, err := canvas.WriteTo(w); err != nil {
		return fmt.Errorf("write PNG: %w", err)
	}
	return nil
}

func paint(canvas vg.CanvasSizer, d Drawing) {
	c := draw.New(canvas)
	fill(c, white, c.Rectangle)
	d.Draw(c)
}

// Save writes a drawing into two files: path with .svg and with .png.
func Save(path string, d Drawing) error {
	for extension, write := range map[string]func(io.Writer, Drawing) error{".svg": SVG, ".png": PNG} {
		file, err := os.Create(path + extension)
		if err != nil {
			return fmt.Errorf("write the picture: %w", err)
		}
		if err := errors.Join(write(file, d), file.Close()); err != nil {
			return fmt.Errorf("write the picture %s%s: %w", path, extension, err)
		}
	}
	return nil
}
