using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace HybridLlm.Gateway.Holding;

/// <summary>News of a held request in the two forms protocols have room for.</summary>
internal static class NewsText
{
    public static JsonObject Json(HoldNews news)
    {
        JsonObject json = new() { ["stage"] = news.Stage, ["waited_seconds"] = Seconds(news.Waited) };
        if (news.Message is { } message)
        {
            json["message"] = message;
        }

        if (news.Eta is { } eta)
        {
            json["eta_seconds"] = Seconds(eta);
        }

        if (news.CostUsd is { } cost)
        {
            json["cost_usd"] = cost;
        }

        if (news.Position is { } position)
        {
            json["queue_position"] = position;
        }

        return json;
    }

    /// <summary>One line without line ends, for a comment.</summary>
    public static string Comment(HoldNews news)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"stage={news.Stage} waited={Seconds(news.Waited)}s");
        text.Append(CultureInfo.InvariantCulture, $"{(news.Eta is { } eta ? $" eta={Seconds(eta)}s" : "")}");
        text.Append(CultureInfo.InvariantCulture, $"{(news.CostUsd is { } cost ? $" cost={cost:0.####}USD" : "")}");
        text.Append(CultureInfo.InvariantCulture, $"{(news.Position is { } position ? $" position={position}" : "")}");
        return text.ToString();
    }

    private static long Seconds(TimeSpan time) => (long)Math.Ceiling(time.TotalSeconds);
}
