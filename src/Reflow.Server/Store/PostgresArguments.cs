using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace Reflow.Server.Store;

/// <summary>How arguments of statements go to PostgreSQL. No text holds U+0000 there: it is kept as U+FFFD.</summary>
static class PostgresArguments
{
    /// <summary>Makes a value the parameter's.</summary>
    public static void Bind(this NpgsqlParameter parameter, object? value)
    {
        if (value is null)
        {
            parameter.ResetDbType();
            parameter.Value = DBNull.Value;
        }
        else
            (parameter.NpgsqlDbType, parameter.Value) = value switch
            {
                string text => (NpgsqlDbType.Text, (object)Text(text)),
                double => (NpgsqlDbType.Double, value),
                _ => (NpgsqlDbType.Bigint, Integer(value)),
            };
    }

    /// <summary>The name of a parameter's type; of what is null that the statement says which it is.</summary>
    public static string TypeOf(NpgsqlParameter parameter)
    {
        if (parameter.Value is DBNull) return "unknown";
        var (type, isArray) = (parameter.NpgsqlDbType & ~NpgsqlDbType.Array, parameter.NpgsqlDbType.HasFlag(NpgsqlDbType.Array));
        var name = type switch { NpgsqlDbType.Text => "text", NpgsqlDbType.Double => "double precision", _ => "bigint" };
        return isArray ? $"{name}[]" : name;
    }

    /// <summary>A text as it is kept.</summary>
    public static string Text(string text) => text.Contains('\0', StringComparison.Ordinal) ? text.Replace('\0', '\uFFFD') : text;

    /// <summary>An integer or a truth value as it is kept.</summary>
    public static long Integer(object value) => value switch
    {
        long number => number,
        int number => number,
        bool truth => truth ? 1 : 0,
        _ => throw new UnreachableException($"no column holds a {value.GetType()}"),
    };
}
