using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Testing.Ec2.Protocol;

/// <summary>An HTTP answer.</summary>
internal sealed record Reply
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public int Status { get; init; } = StatusCodes.Status200OK;

    public string? ContentType { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>What Content-Length says when it is not the body's length, as for HEAD.</summary>
    public long? ContentLength { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public static Reply Xml(XElement root, int status = StatusCodes.Status200OK) =>
        Text(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root.ToString(SaveOptions.DisableFormatting),
            "text/xml;charset=UTF-8",
            status
        );

    public static Reply Text(string text, string contentType, int status = StatusCodes.Status200OK) =>
        new()
        {
            Status = status,
            ContentType = contentType,
            Body = s_utf8.GetBytes(text),
        };

    public async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Status;
        foreach (var (name, value) in Headers)
        {
            response.Headers[name] = value;
        }

        if (ContentType is not null)
        {
            response.ContentType = ContentType;
        }

        if (Status is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified)
        {
            return;
        }

        response.ContentLength = ContentLength ?? Body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(Body, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
