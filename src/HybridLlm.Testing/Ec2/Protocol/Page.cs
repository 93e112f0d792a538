using System.Globalization;
using System.Text;

namespace HybridLlm.Testing.Ec2.Protocol;

/// <summary>One page of a Describe answer.</summary>
/// <param name="Items">Its items.</param>
/// <param name="NextToken">Where the next page begins; null on the last.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextToken);

/// <summary>What a call says about paging.</summary>
/// <param name="From">Items to skip, out of the opaque token.</param>
/// <param name="Size">Most items to return.</param>
internal sealed record Paging(int From, int Size)
{
    private const string Mark = "page:";

    /// <summary>Reads <c>MaxResults</c> and <c>NextToken</c>.</summary>
    /// <param name="request">The call.</param>
    /// <param name="limit">Page size without MaxResults, which EC2 applies to some actions though nobody asked.</param>
    public static Paging Read(QueryRequest request, int limit = int.MaxValue)
    {
        var size = request.Integer("MaxResults");
        if (size is < 1)
        {
            throw ServiceError.Invalid("maxResults", $"{size}", "is invalid. Expected a positive integer.");
        }

        var token = request.Text("NextToken");
        return new Paging(string.IsNullOrEmpty(token) ? 0 : Decode(token), Math.Min(size ?? limit, limit));
    }

    public Page<T> Cut<T>(IEnumerable<T> all)
    {
        var rest = all.Skip(From).Take(Size == int.MaxValue ? Size : Size + 1).ToList();
        return rest.Count <= Size ? new Page<T>(rest, null) : new Page<T>(rest[..Size], Encode(From + Size));
    }

    private static string Encode(int from) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(Mark + from.ToString(CultureInfo.InvariantCulture)));

    private static int Decode(string token)
    {
        var bytes = new byte[token.Length];
        return
            Convert.TryFromBase64String(token, bytes, out var length)
            && Encoding.ASCII.GetString(bytes, 0, length) is var text
            && text.StartsWith(Mark, StringComparison.Ordinal)
            && int.TryParse(text[Mark.Length..], CultureInfo.InvariantCulture, out var from)
            ? from
            : throw new ServiceError("InvalidParameterValue", "Unable to parse pagination token");
    }
}
