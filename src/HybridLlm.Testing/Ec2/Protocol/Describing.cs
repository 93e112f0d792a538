using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Protocol;

/// <summary>The shape all Describe actions share: ids or filters, then pages.</summary>
internal static class Describing
{
    /// <summary>Describes resources of a region.</summary>
    /// <param name="call">The call.</param>
    /// <param name="ids">Name of the id list parameter, e.g. <c>VpcId</c>.</param>
    /// <param name="set">Name of the answer's list.</param>
    /// <param name="filters">Known filters.</param>
    /// <param name="render">The XML of one.</param>
    /// <param name="limit">Page size without MaxResults.</param>
    public static object?[] Describe<T>(
        this Ec2Call call,
        string ids,
        string set,
        FilterTable<T> filters,
        Func<T, object?[]> render,
        int limit = int.MaxValue
    )
        where T : Resource, IResource
    {
        var wanted = call.Request.List(ids);
        var keep = filters.Read(call.Request);
        var paging = ReadPaging(call, ids, wanted, limit);
        return call.Perform(() =>
        {
            var found = wanted.Count > 0 ? call.Region.GetAll<T>(wanted) : call.Region.Visible<T>();
            return Answer(set, paging.Cut(found.Where(keep)), render);
        });
    }

    /// <summary>A page as the answer's list and token.</summary>
    public static object?[] Answer<T>(string set, Page<T> page, Func<T, object?[]> render) =>
        [Set(set, page.Items, render), Leaf("nextToken", page.NextToken)];

    /// <summary>Paging of a call that may name ids; EC2 refuses both together.</summary>
    public static Paging ReadPaging(Ec2Call call, string ids, IReadOnlyList<string> wanted, int limit = int.MaxValue)
    {
        var paging = Paging.Read(call.Request, limit);
        return wanted.Count > 0 && call.Request.Text("MaxResults") is not null
            ? throw ServiceError.Combination($"The parameter {ids} cannot be used with the parameter maxResults")
            : paging;
    }
}
