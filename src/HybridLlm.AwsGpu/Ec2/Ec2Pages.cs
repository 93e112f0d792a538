namespace HybridLlm.AwsGpu.Ec2;

/// <summary>Reads every page of a listing.</summary>
internal static class Ec2Pages
{
    /// <param name="read">Reads the page a token names (null names the first): its items, and the token of the next.</param>
    public static async Task<List<T>> AllAsync<T>(Func<string?, Task<(IEnumerable<T>? Items, string? Next)>> read)
    {
        List<T> all = [];
        string? next = null;
        do
        {
            var page = await read(next).ConfigureAwait(false);
            all.AddRange(page.Items ?? []);
            next = page.Next;
        } while (!string.IsNullOrEmpty(next));

        return all;
    }
}
