using System.Net;

namespace HybridLlm.Ollama.Models;

/// <summary>A file on its way, read as it is sent: models are larger than memory.</summary>
internal sealed class BlobContent : HttpContent
{
    private const int PieceBytes = 1024 * 1024;

    private readonly Stream _file;
    private readonly IProgress<long>? _sent;

    public BlobContent(Stream file, IProgress<long>? sent)
    {
        (_file, _sent) = (file, sent);
        Headers.ContentLength = file.Length - file.Position;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken
    )
    {
        var piece = new byte[PieceBytes];
        var total = 0L;
        int read;
        while ((read = await _file.ReadAsync(piece, cancellationToken).ConfigureAwait(false)) > 0)
        {
            await stream.WriteAsync(piece.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            _sent?.Report(total += read);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = Headers.ContentLength!.Value;
        return true;
    }
}
